public class Main {
  static int f0(int x) { return x > 0 ? f0(x - 1) + "0".length() : new int[] {x, 0}[x & 1]; }
  interface I0 { int call(int x); }
  static int f1(int x) { return x > 1 ? f0(x - 1) + "1".length() : new int[] {x, 1}[x & 1]; }
  interface I1 { int call(int x); }
  static int f2(int x) { return x > 2 ? f1(x - 1) + "2".length() : new int[] {x, 2}[x & 1]; }
  interface I2 { int call(int x); }
  static int f3(int x) { return x > 3 ? f2(x - 1) + "3".length() : new int[] {x, 3}[x & 1]; }
  interface I3 { int call(int x); }
  static int f4(int x) { return x > 4 ? f3(x - 1) + "4".length() : new int[] {x, 4}[x & 1]; }
  interface I4 { int call(int x); }
  static int f5(int x) { return x > 5 ? f4(x - 1) + "5".length() : new int[] {x, 5}[x & 1]; }
  interface I5 { int call(int x); }
  static int f6(int x) { return x > 6 ? f5(x - 1) + "6".length() : new int[] {x, 6}[x & 1]; }
  interface I6 { int call(int x); }
  static int f7(int x) { return x > 7 ? f6(x - 1) + "7".length() : new int[] {x, 7}[x & 1]; }
  interface I7 { int call(int x); }
  static int f8(int x) { return x > 8 ? f7(x - 1) + "8".length() : new int[] {x, 8}[x & 1]; }
  interface I8 { int call(int x); }
  static int f9(int x) { return x > 9 ? f8(x - 1) + "9".length() : new int[] {x, 9}[x & 1]; }
  interface I9 { int call(int x); }
  static int f10(int x) { return x > 10 ? f9(x - 1) + "10".length() : new int[] {x, 10}[x & 1]; }
  interface I10 { int call(int x); }
  static int f11(int x) { return x > 11 ? f10(x - 1) + "11".length() : new int[] {x, 11}[x & 1]; }
  interface I11 { int call(int x); }
  static int f12(int x) { return x > 12 ? f11(x - 1) + "12".length() : new int[] {x, 12}[x & 1]; }
  interface I12 { int call(int x); }
  static int f13(int x) { return x > 13 ? f12(x - 1) + "13".length() : new int[] {x, 13}[x & 1]; }
  interface I13 { int call(int x); }
  static int f14(int x) { return x > 14 ? f13(x - 1) + "14".length() : new int[] {x, 14}[x & 1]; }
  interface I14 { int call(int x); }
  static int f15(int x) { return x > 15 ? f14(x - 1) + "15".length() : new int[] {x, 15}[x & 1]; }
  interface I15 { int call(int x); }
  static int f16(int x) { return x > 16 ? f15(x - 1) + "16".length() : new int[] {x, 16}[x & 1]; }
  interface I16 { int call(int x); }
  static int f17(int x) { return x > 17 ? f16(x - 1) + "17".length() : new int[] {x, 17}[x & 1]; }
  interface I17 { int call(int x); }
  static int f18(int x) { return x > 18 ? f17(x - 1) + "18".length() : new int[] {x, 18}[x & 1]; }
  interface I18 { int call(int x); }
  static int f19(int x) { return x > 19 ? f18(x - 1) + "19".length() : new int[] {x, 19}[x & 1]; }
  interface I19 { int call(int x); }
  static int f20(int x) { return x > 20 ? f19(x - 1) + "20".length() : new int[] {x, 20}[x & 1]; }
  interface I20 { int call(int x); }
  static int f21(int x) { return x > 21 ? f20(x - 1) + "21".length() : new int[] {x, 21}[x & 1]; }
  interface I21 { int call(int x); }
  static int f22(int x) { return x > 22 ? f21(x - 1) + "22".length() : new int[] {x, 22}[x & 1]; }
  interface I22 { int call(int x); }
  static int f23(int x) { return x > 23 ? f22(x - 1) + "23".length() : new int[] {x, 23}[x & 1]; }
  interface I23 { int call(int x); }
  static int f24(int x) { return x > 24 ? f23(x - 1) + "24".length() : new int[] {x, 24}[x & 1]; }
  interface I24 { int call(int x); }
  static int f25(int x) { return x > 25 ? f24(x - 1) + "25".length() : new int[] {x, 25}[x & 1]; }
  interface I25 { int call(int x); }
  static int f26(int x) { return x > 26 ? f25(x - 1) + "26".length() : new int[] {x, 26}[x & 1]; }
  interface I26 { int call(int x); }
  static int f27(int x) { return x > 27 ? f26(x - 1) + "27".length() : new int[] {x, 27}[x & 1]; }
  interface I27 { int call(int x); }
  static int f28(int x) { return x > 28 ? f27(x - 1) + "28".length() : new int[] {x, 28}[x & 1]; }
  interface I28 { int call(int x); }
  static int f29(int x) { return x > 29 ? f28(x - 1) + "29".length() : new int[] {x, 29}[x & 1]; }
  interface I29 { int call(int x); }
  static int f30(int x) { return x > 30 ? f29(x - 1) + "30".length() : new int[] {x, 30}[x & 1]; }
  interface I30 { int call(int x); }
  static int f31(int x) { return x > 31 ? f30(x - 1) + "31".length() : new int[] {x, 31}[x & 1]; }
  interface I31 { int call(int x); }
  static int f32(int x) { return x > 32 ? f31(x - 1) + "32".length() : new int[] {x, 32}[x & 1]; }
  interface I32 { int call(int x); }
  static int f33(int x) { return x > 33 ? f32(x - 1) + "33".length() : new int[] {x, 33}[x & 1]; }
  interface I33 { int call(int x); }
  static int f34(int x) { return x > 34 ? f33(x - 1) + "34".length() : new int[] {x, 34}[x & 1]; }
  interface I34 { int call(int x); }
  static int f35(int x) { return x > 35 ? f34(x - 1) + "35".length() : new int[] {x, 35}[x & 1]; }
  interface I35 { int call(int x); }
  static int f36(int x) { return x > 36 ? f35(x - 1) + "36".length() : new int[] {x, 36}[x & 1]; }
  interface I36 { int call(int x); }
  static int f37(int x) { return x > 37 ? f36(x - 1) + "37".length() : new int[] {x, 37}[x & 1]; }
  interface I37 { int call(int x); }
  static int f38(int x) { return x > 38 ? f37(x - 1) + "38".length() : new int[] {x, 38}[x & 1]; }
  interface I38 { int call(int x); }
  static int f39(int x) { return x > 39 ? f38(x - 1) + "39".length() : new int[] {x, 39}[x & 1]; }
  interface I39 { int call(int x); }
  static int f40(int x) { return x > 40 ? f39(x - 1) + "40".length() : new int[] {x, 40}[x & 1]; }
  interface I40 { int call(int x); }
  static int f41(int x) { return x > 41 ? f40(x - 1) + "41".length() : new int[] {x, 41}[x & 1]; }
  interface I41 { int call(int x); }
  static int f42(int x) { return x > 42 ? f41(x - 1) + "42".length() : new int[] {x, 42}[x & 1]; }
  interface I42 { int call(int x); }
  static int f43(int x) { return x > 43 ? f42(x - 1) + "43".length() : new int[] {x, 43}[x & 1]; }
  interface I43 { int call(int x); }
  static int f44(int x) { return x > 44 ? f43(x - 1) + "44".length() : new int[] {x, 44}[x & 1]; }
  interface I44 { int call(int x); }
  static int f45(int x) { return x > 45 ? f44(x - 1) + "45".length() : new int[] {x, 45}[x & 1]; }
  interface I45 { int call(int x); }
  static int f46(int x) { return x > 46 ? f45(x - 1) + "46".length() : new int[] {x, 46}[x & 1]; }
  interface I46 { int call(int x); }
  static int f47(int x) { return x > 47 ? f46(x - 1) + "47".length() : new int[] {x, 47}[x & 1]; }
  interface I47 { int call(int x); }
  static int f48(int x) { return x > 48 ? f47(x - 1) + "48".length() : new int[] {x, 48}[x & 1]; }
  interface I48 { int call(int x); }
  static int f49(int x) { return x > 49 ? f48(x - 1) + "49".length() : new int[] {x, 49}[x & 1]; }
  interface I49 { int call(int x); }
  static int f50(int x) { return x > 50 ? f49(x - 1) + "50".length() : new int[] {x, 50}[x & 1]; }
  interface I50 { int call(int x); }
  static int f51(int x) { return x > 51 ? f50(x - 1) + "51".length() : new int[] {x, 51}[x & 1]; }
  interface I51 { int call(int x); }
  static int f52(int x) { return x > 52 ? f51(x - 1) + "52".length() : new int[] {x, 52}[x & 1]; }
  interface I52 { int call(int x); }
  static int f53(int x) { return x > 53 ? f52(x - 1) + "53".length() : new int[] {x, 53}[x & 1]; }
  interface I53 { int call(int x); }
  static int f54(int x) { return x > 54 ? f53(x - 1) + "54".length() : new int[] {x, 54}[x & 1]; }
  interface I54 { int call(int x); }
  static int f55(int x) { return x > 55 ? f54(x - 1) + "55".length() : new int[] {x, 55}[x & 1]; }
  interface I55 { int call(int x); }
  static int f56(int x) { return x > 56 ? f55(x - 1) + "56".length() : new int[] {x, 56}[x & 1]; }
  interface I56 { int call(int x); }
  static int f57(int x) { return x > 57 ? f56(x - 1) + "57".length() : new int[] {x, 57}[x & 1]; }
  interface I57 { int call(int x); }
  static int f58(int x) { return x > 58 ? f57(x - 1) + "58".length() : new int[] {x, 58}[x & 1]; }
  interface I58 { int call(int x); }
  static int f59(int x) { return x > 59 ? f58(x - 1) + "59".length() : new int[] {x, 59}[x & 1]; }
  interface I59 { int call(int x); }
  static int f60(int x) { return x > 60 ? f59(x - 1) + "60".length() : new int[] {x, 60}[x & 1]; }
  interface I60 { int call(int x); }
  static int f61(int x) { return x > 61 ? f60(x - 1) + "61".length() : new int[] {x, 61}[x & 1]; }
  interface I61 { int call(int x); }
  static int f62(int x) { return x > 62 ? f61(x - 1) + "62".length() : new int[] {x, 62}[x & 1]; }
  interface I62 { int call(int x); }
  static int f63(int x) { return x > 63 ? f62(x - 1) + "63".length() : new int[] {x, 63}[x & 1]; }
  interface I63 { int call(int x); }
  static int f64(int x) { return x > 64 ? f63(x - 1) + "64".length() : new int[] {x, 64}[x & 1]; }
  interface I64 { int call(int x); }
  static int f65(int x) { return x > 65 ? f64(x - 1) + "65".length() : new int[] {x, 65}[x & 1]; }
  interface I65 { int call(int x); }
  static int f66(int x) { return x > 66 ? f65(x - 1) + "66".length() : new int[] {x, 66}[x & 1]; }
  interface I66 { int call(int x); }
  static int f67(int x) { return x > 67 ? f66(x - 1) + "67".length() : new int[] {x, 67}[x & 1]; }
  interface I67 { int call(int x); }
  static int f68(int x) { return x > 68 ? f67(x - 1) + "68".length() : new int[] {x, 68}[x & 1]; }
  interface I68 { int call(int x); }
  static int f69(int x) { return x > 69 ? f68(x - 1) + "69".length() : new int[] {x, 69}[x & 1]; }
  interface I69 { int call(int x); }
  static int f70(int x) { return x > 70 ? f69(x - 1) + "70".length() : new int[] {x, 70}[x & 1]; }
  interface I70 { int call(int x); }
  static int f71(int x) { return x > 71 ? f70(x - 1) + "71".length() : new int[] {x, 71}[x & 1]; }
  interface I71 { int call(int x); }
  static int f72(int x) { return x > 72 ? f71(x - 1) + "72".length() : new int[] {x, 72}[x & 1]; }
  interface I72 { int call(int x); }
  static int f73(int x) { return x > 73 ? f72(x - 1) + "73".length() : new int[] {x, 73}[x & 1]; }
  interface I73 { int call(int x); }
  static int f74(int x) { return x > 74 ? f73(x - 1) + "74".length() : new int[] {x, 74}[x & 1]; }
  interface I74 { int call(int x); }
  static int f75(int x) { return x > 75 ? f74(x - 1) + "75".length() : new int[] {x, 75}[x & 1]; }
  interface I75 { int call(int x); }
  static int f76(int x) { return x > 76 ? f75(x - 1) + "76".length() : new int[] {x, 76}[x & 1]; }
  interface I76 { int call(int x); }
  static int f77(int x) { return x > 77 ? f76(x - 1) + "77".length() : new int[] {x, 77}[x & 1]; }
  interface I77 { int call(int x); }
  static int f78(int x) { return x > 78 ? f77(x - 1) + "78".length() : new int[] {x, 78}[x & 1]; }
  interface I78 { int call(int x); }
  static int f79(int x) { return x > 79 ? f78(x - 1) + "79".length() : new int[] {x, 79}[x & 1]; }
  interface I79 { int call(int x); }
  static int f80(int x) { return x > 80 ? f79(x - 1) + "80".length() : new int[] {x, 80}[x & 1]; }
  interface I80 { int call(int x); }
  static int f81(int x) { return x > 81 ? f80(x - 1) + "81".length() : new int[] {x, 81}[x & 1]; }
  interface I81 { int call(int x); }
  static int f82(int x) { return x > 82 ? f81(x - 1) + "82".length() : new int[] {x, 82}[x & 1]; }
  interface I82 { int call(int x); }
  static int f83(int x) { return x > 83 ? f82(x - 1) + "83".length() : new int[] {x, 83}[x & 1]; }
  interface I83 { int call(int x); }
  static int f84(int x) { return x > 84 ? f83(x - 1) + "84".length() : new int[] {x, 84}[x & 1]; }
  interface I84 { int call(int x); }
  static int f85(int x) { return x > 85 ? f84(x - 1) + "85".length() : new int[] {x, 85}[x & 1]; }
  interface I85 { int call(int x); }
  static int f86(int x) { return x > 86 ? f85(x - 1) + "86".length() : new int[] {x, 86}[x & 1]; }
  interface I86 { int call(int x); }
  static int f87(int x) { return x > 87 ? f86(x - 1) + "87".length() : new int[] {x, 87}[x & 1]; }
  interface I87 { int call(int x); }
  static int f88(int x) { return x > 88 ? f87(x - 1) + "88".length() : new int[] {x, 88}[x & 1]; }
  interface I88 { int call(int x); }
  static int f89(int x) { return x > 89 ? f88(x - 1) + "89".length() : new int[] {x, 89}[x & 1]; }
  interface I89 { int call(int x); }
  static int f90(int x) { return x > 90 ? f89(x - 1) + "90".length() : new int[] {x, 90}[x & 1]; }
  interface I90 { int call(int x); }
  static int f91(int x) { return x > 91 ? f90(x - 1) + "91".length() : new int[] {x, 91}[x & 1]; }
  interface I91 { int call(int x); }
  static int f92(int x) { return x > 92 ? f91(x - 1) + "92".length() : new int[] {x, 92}[x & 1]; }
  interface I92 { int call(int x); }
  static int f93(int x) { return x > 93 ? f92(x - 1) + "93".length() : new int[] {x, 93}[x & 1]; }
  interface I93 { int call(int x); }
  static int f94(int x) { return x > 94 ? f93(x - 1) + "94".length() : new int[] {x, 94}[x & 1]; }
  interface I94 { int call(int x); }
  static int f95(int x) { return x > 95 ? f94(x - 1) + "95".length() : new int[] {x, 95}[x & 1]; }
  interface I95 { int call(int x); }
  static int f96(int x) { return x > 96 ? f95(x - 1) + "96".length() : new int[] {x, 96}[x & 1]; }
  interface I96 { int call(int x); }
  static int f97(int x) { return x > 97 ? f96(x - 1) + "97".length() : new int[] {x, 97}[x & 1]; }
  interface I97 { int call(int x); }
  static int f98(int x) { return x > 98 ? f97(x - 1) + "98".length() : new int[] {x, 98}[x & 1]; }
  interface I98 { int call(int x); }
  static int f99(int x) { return x > 99 ? f98(x - 1) + "99".length() : new int[] {x, 99}[x & 1]; }
  interface I99 { int call(int x); }
  static int f100(int x) { return x > 100 ? f99(x - 1) + "100".length() : new int[] {x, 100}[x & 1]; }
  interface I100 { int call(int x); }
  static int f101(int x) { return x > 101 ? f100(x - 1) + "101".length() : new int[] {x, 101}[x & 1]; }
  interface I101 { int call(int x); }
  static int f102(int x) { return x > 102 ? f101(x - 1) + "102".length() : new int[] {x, 102}[x & 1]; }
  interface I102 { int call(int x); }
  static int f103(int x) { return x > 103 ? f102(x - 1) + "103".length() : new int[] {x, 103}[x & 1]; }
  interface I103 { int call(int x); }
  static int f104(int x) { return x > 104 ? f103(x - 1) + "104".length() : new int[] {x, 104}[x & 1]; }
  interface I104 { int call(int x); }
  static int f105(int x) { return x > 105 ? f104(x - 1) + "105".length() : new int[] {x, 105}[x & 1]; }
  interface I105 { int call(int x); }
  static int f106(int x) { return x > 106 ? f105(x - 1) + "106".length() : new int[] {x, 106}[x & 1]; }
  interface I106 { int call(int x); }
  static int f107(int x) { return x > 107 ? f106(x - 1) + "107".length() : new int[] {x, 107}[x & 1]; }
  interface I107 { int call(int x); }
  static int f108(int x) { return x > 108 ? f107(x - 1) + "108".length() : new int[] {x, 108}[x & 1]; }
  interface I108 { int call(int x); }
  static int f109(int x) { return x > 109 ? f108(x - 1) + "109".length() : new int[] {x, 109}[x & 1]; }
  interface I109 { int call(int x); }
  static int f110(int x) { return x > 110 ? f109(x - 1) + "110".length() : new int[] {x, 110}[x & 1]; }
  interface I110 { int call(int x); }
  static int f111(int x) { return x > 111 ? f110(x - 1) + "111".length() : new int[] {x, 111}[x & 1]; }
  interface I111 { int call(int x); }
  static int f112(int x) { return x > 112 ? f111(x - 1) + "112".length() : new int[] {x, 112}[x & 1]; }
  interface I112 { int call(int x); }
  static int f113(int x) { return x > 113 ? f112(x - 1) + "113".length() : new int[] {x, 113}[x & 1]; }
  interface I113 { int call(int x); }
  static int f114(int x) { return x > 114 ? f113(x - 1) + "114".length() : new int[] {x, 114}[x & 1]; }
  interface I114 { int call(int x); }
  static int f115(int x) { return x > 115 ? f114(x - 1) + "115".length() : new int[] {x, 115}[x & 1]; }
  interface I115 { int call(int x); }
  static int f116(int x) { return x > 116 ? f115(x - 1) + "116".length() : new int[] {x, 116}[x & 1]; }
  interface I116 { int call(int x); }
  static int f117(int x) { return x > 117 ? f116(x - 1) + "117".length() : new int[] {x, 117}[x & 1]; }
  interface I117 { int call(int x); }
  static int f118(int x) { return x > 118 ? f117(x - 1) + "118".length() : new int[] {x, 118}[x & 1]; }
  interface I118 { int call(int x); }
  static int f119(int x) { return x > 119 ? f118(x - 1) + "119".length() : new int[] {x, 119}[x & 1]; }
  interface I119 { int call(int x); }
  static int f120(int x) { return x > 120 ? f119(x - 1) + "120".length() : new int[] {x, 120}[x & 1]; }
  interface I120 { int call(int x); }
  static int f121(int x) { return x > 121 ? f120(x - 1) + "121".length() : new int[] {x, 121}[x & 1]; }
  interface I121 { int call(int x); }
  static int f122(int x) { return x > 122 ? f121(x - 1) + "122".length() : new int[] {x, 122}[x & 1]; }
  interface I122 { int call(int x); }
  static int f123(int x) { return x > 123 ? f122(x - 1) + "123".length() : new int[] {x, 123}[x & 1]; }
  interface I123 { int call(int x); }
  static int f124(int x) { return x > 124 ? f123(x - 1) + "124".length() : new int[] {x, 124}[x & 1]; }
  interface I124 { int call(int x); }
  static int f125(int x) { return x > 125 ? f124(x - 1) + "125".length() : new int[] {x, 125}[x & 1]; }
  interface I125 { int call(int x); }
  static int f126(int x) { return x > 126 ? f125(x - 1) + "126".length() : new int[] {x, 126}[x & 1]; }
  interface I126 { int call(int x); }
  static int f127(int x) { return x > 127 ? f126(x - 1) + "127".length() : new int[] {x, 127}[x & 1]; }
  interface I127 { int call(int x); }
  static int f128(int x) { return x > 128 ? f127(x - 1) + "128".length() : new int[] {x, 128}[x & 1]; }
  interface I128 { int call(int x); }
  static int f129(int x) { return x > 129 ? f128(x - 1) + "129".length() : new int[] {x, 129}[x & 1]; }
  interface I129 { int call(int x); }
  static int f130(int x) { return x > 130 ? f129(x - 1) + "130".length() : new int[] {x, 130}[x & 1]; }
  interface I130 { int call(int x); }
  static int f131(int x) { return x > 131 ? f130(x - 1) + "131".length() : new int[] {x, 131}[x & 1]; }
  interface I131 { int call(int x); }
  static int f132(int x) { return x > 132 ? f131(x - 1) + "132".length() : new int[] {x, 132}[x & 1]; }
  interface I132 { int call(int x); }
  static int f133(int x) { return x > 133 ? f132(x - 1) + "133".length() : new int[] {x, 133}[x & 1]; }
  interface I133 { int call(int x); }
  static int f134(int x) { return x > 134 ? f133(x - 1) + "134".length() : new int[] {x, 134}[x & 1]; }
  interface I134 { int call(int x); }
  static int f135(int x) { return x > 135 ? f134(x - 1) + "135".length() : new int[] {x, 135}[x & 1]; }
  interface I135 { int call(int x); }
  static int f136(int x) { return x > 136 ? f135(x - 1) + "136".length() : new int[] {x, 136}[x & 1]; }
  interface I136 { int call(int x); }
  static int f137(int x) { return x > 137 ? f136(x - 1) + "137".length() : new int[] {x, 137}[x & 1]; }
  interface I137 { int call(int x); }
  static int f138(int x) { return x > 138 ? f137(x - 1) + "138".length() : new int[] {x, 138}[x & 1]; }
  interface I138 { int call(int x); }
  static int f139(int x) { return x > 139 ? f138(x - 1) + "139".length() : new int[] {x, 139}[x & 1]; }
  interface I139 { int call(int x); }
  static int f140(int x) { return x > 140 ? f139(x - 1) + "140".length() : new int[] {x, 140}[x & 1]; }
  interface I140 { int call(int x); }
  static int f141(int x) { return x > 141 ? f140(x - 1) + "141".length() : new int[] {x, 141}[x & 1]; }
  interface I141 { int call(int x); }
  static int f142(int x) { return x > 142 ? f141(x - 1) + "142".length() : new int[] {x, 142}[x & 1]; }
  interface I142 { int call(int x); }
  static int f143(int x) { return x > 143 ? f142(x - 1) + "143".length() : new int[] {x, 143}[x & 1]; }
  interface I143 { int call(int x); }
  static int f144(int x) { return x > 144 ? f143(x - 1) + "144".length() : new int[] {x, 144}[x & 1]; }
  interface I144 { int call(int x); }
  static int f145(int x) { return x > 145 ? f144(x - 1) + "145".length() : new int[] {x, 145}[x & 1]; }
  interface I145 { int call(int x); }
  static int f146(int x) { return x > 146 ? f145(x - 1) + "146".length() : new int[] {x, 146}[x & 1]; }
  interface I146 { int call(int x); }
  static int f147(int x) { return x > 147 ? f146(x - 1) + "147".length() : new int[] {x, 147}[x & 1]; }
  interface I147 { int call(int x); }
  static int f148(int x) { return x > 148 ? f147(x - 1) + "148".length() : new int[] {x, 148}[x & 1]; }
  interface I148 { int call(int x); }
  static int f149(int x) { return x > 149 ? f148(x - 1) + "149".length() : new int[] {x, 149}[x & 1]; }
  interface I149 { int call(int x); }
  public static void main(String[] args) {
    I0 call0 = x -> f0(x) + 0;
    System.out.println(call0.call(0));
    I1 call1 = x -> f1(x) + 1;
    System.out.println(call1.call(1));
    I2 call2 = x -> f2(x) + 2;
    System.out.println(call2.call(2));
    I3 call3 = x -> f3(x) + 3;
    System.out.println(call3.call(3));
    I4 call4 = x -> f4(x) + 4;
    System.out.println(call4.call(4));
    I5 call5 = x -> f5(x) + 5;
    System.out.println(call5.call(5));
    I6 call6 = x -> f6(x) + 6;
    System.out.println(call6.call(6));
    I7 call7 = x -> f7(x) + 7;
    System.out.println(call7.call(7));
    I8 call8 = x -> f8(x) + 8;
    System.out.println(call8.call(8));
    I9 call9 = x -> f9(x) + 9;
    System.out.println(call9.call(9));
    I10 call10 = x -> f10(x) + 10;
    System.out.println(call10.call(10));
    I11 call11 = x -> f11(x) + 11;
    System.out.println(call11.call(11));
    I12 call12 = x -> f12(x) + 12;
    System.out.println(call12.call(12));
    I13 call13 = x -> f13(x) + 13;
    System.out.println(call13.call(13));
    I14 call14 = x -> f14(x) + 14;
    System.out.println(call14.call(14));
    I15 call15 = x -> f15(x) + 15;
    System.out.println(call15.call(15));
    I16 call16 = x -> f16(x) + 16;
    System.out.println(call16.call(16));
    I17 call17 = x -> f17(x) + 17;
    System.out.println(call17.call(17));
    I18 call18 = x -> f18(x) + 18;
    System.out.println(call18.call(18));
    I19 call19 = x -> f19(x) + 19;
    System.out.println(call19.call(19));
    I20 call20 = x -> f20(x) + 20;
    System.out.println(call20.call(20));
    I21 call21 = x -> f21(x) + 21;
    System.out.println(call21.call(21));
    I22 call22 = x -> f22(x) + 22;
    System.out.println(call22.call(22));
    I23 call23 = x -> f23(x) + 23;
    System.out.println(call23.call(23));
    I24 call24 = x -> f24(x) + 24;
    System.out.println(call24.call(24));
    I25 call25 = x -> f25(x) + 25;
    System.out.println(call25.call(25));
    I26 call26 = x -> f26(x) + 26;
    System.out.println(call26.call(26));
    I27 call27 = x -> f27(x) + 27;
    System.out.println(call27.call(27));
    I28 call28 = x -> f28(x) + 28;
    System.out.println(call28.call(28));
    I29 call29 = x -> f29(x) + 29;
    System.out.println(call29.call(29));
    I30 call30 = x -> f30(x) + 30;
    System.out.println(call30.call(30));
    I31 call31 = x -> f31(x) + 31;
    System.out.println(call31.call(31));
    I32 call32 = x -> f32(x) + 32;
    System.out.println(call32.call(32));
    I33 call33 = x -> f33(x) + 33;
    System.out.println(call33.call(33));
    I34 call34 = x -> f34(x) + 34;
    System.out.println(call34.call(34));
    I35 call35 = x -> f35(x) + 35;
    System.out.println(call35.call(35));
    I36 call36 = x -> f36(x) + 36;
    System.out.println(call36.call(36));
    I37 call37 = x -> f37(x) + 37;
    System.out.println(call37.call(37));
    I38 call38 = x -> f38(x) + 38;
    System.out.println(call38.call(38));
    I39 call39 = x -> f39(x) + 39;
    System.out.println(call39.call(39));
    I40 call40 = x -> f40(x) + 40;
    System.out.println(call40.call(40));
    I41 call41 = x -> f41(x) + 41;
    System.out.println(call41.call(41));
    I42 call42 = x -> f42(x) + 42;
    System.out.println(call42.call(42));
    I43 call43 = x -> f43(x) + 43;
    System.out.println(call43.call(43));
    I44 call44 = x -> f44(x) + 44;
    System.out.println(call44.call(44));
    I45 call45 = x -> f45(x) + 45;
    System.out.println(call45.call(45));
    I46 call46 = x -> f46(x) + 46;
    System.out.println(call46.call(46));
    I47 call47 = x -> f47(x) + 47;
    System.out.println(call47.call(47));
    I48 call48 = x -> f48(x) + 48;
    System.out.println(call48.call(48));
    I49 call49 = x -> f49(x) + 49;
    System.out.println(call49.call(49));
    I50 call50 = x -> f50(x) + 50;
    System.out.println(call50.call(50));
    I51 call51 = x -> f51(x) + 51;
    System.out.println(call51.call(51));
    I52 call52 = x -> f52(x) + 52;
    System.out.println(call52.call(52));
    I53 call53 = x -> f53(x) + 53;
    System.out.println(call53.call(53));
    I54 call54 = x -> f54(x) + 54;
    System.out.println(call54.call(54));
    I55 call55 = x -> f55(x) + 55;
    System.out.println(call55.call(55));
    I56 call56 = x -> f56(x) + 56;
    System.out.println(call56.call(56));
    I57 call57 = x -> f57(x) + 57;
    System.out.println(call57.call(57));
    I58 call58 = x -> f58(x) + 58;
    System.out.println(call58.call(58));
    I59 call59 = x -> f59(x) + 59;
    System.out.println(call59.call(59));
    I60 call60 = x -> f60(x) + 60;
    System.out.println(call60.call(60));
    I61 call61 = x -> f61(x) + 61;
    System.out.println(call61.call(61));
    I62 call62 = x -> f62(x) + 62;
    System.out.println(call62.call(62));
    I63 call63 = x -> f63(x) + 63;
    System.out.println(call63.call(63));
    I64 call64 = x -> f64(x) + 64;
    System.out.println(call64.call(64));
    I65 call65 = x -> f65(x) + 65;
    System.out.println(call65.call(65));
    I66 call66 = x -> f66(x) + 66;
    System.out.println(call66.call(66));
    I67 call67 = x -> f67(x) + 67;
    System.out.println(call67.call(67));
    I68 call68 = x -> f68(x) + 68;
    System.out.println(call68.call(68));
    I69 call69 = x -> f69(x) + 69;
    System.out.println(call69.call(69));
    I70 call70 = x -> f70(x) + 70;
    System.out.println(call70.call(70));
    I71 call71 = x -> f71(x) + 71;
    System.out.println(call71.call(71));
    I72 call72 = x -> f72(x) + 72;
    System.out.println(call72.call(72));
    I73 call73 = x -> f73(x) + 73;
    System.out.println(call73.call(73));
    I74 call74 = x -> f74(x) + 74;
    System.out.println(call74.call(74));
    I75 call75 = x -> f75(x) + 75;
    System.out.println(call75.call(75));
    I76 call76 = x -> f76(x) + 76;
    System.out.println(call76.call(76));
    I77 call77 = x -> f77(x) + 77;
    System.out.println(call77.call(77));
    I78 call78 = x -> f78(x) + 78;
    System.out.println(call78.call(78));
    I79 call79 = x -> f79(x) + 79;
    System.out.println(call79.call(79));
    I80 call80 = x -> f80(x) + 80;
    System.out.println(call80.call(80));
    I81 call81 = x -> f81(x) + 81;
    System.out.println(call81.call(81));
    I82 call82 = x -> f82(x) + 82;
    System.out.println(call82.call(82));
    I83 call83 = x -> f83(x) + 83;
    System.out.println(call83.call(83));
    I84 call84 = x -> f84(x) + 84;
    System.out.println(call84.call(84));
    I85 call85 = x -> f85(x) + 85;
    System.out.println(call85.call(85));
    I86 call86 = x -> f86(x) + 86;
    System.out.println(call86.call(86));
    I87 call87 = x -> f87(x) + 87;
    System.out.println(call87.call(87));
    I88 call88 = x -> f88(x) + 88;
    System.out.println(call88.call(88));
    I89 call89 = x -> f89(x) + 89;
    System.out.println(call89.call(89));
    I90 call90 = x -> f90(x) + 90;
    System.out.println(call90.call(90));
    I91 call91 = x -> f91(x) + 91;
    System.out.println(call91.call(91));
    I92 call92 = x -> f92(x) + 92;
    System.out.println(call92.call(92));
    I93 call93 = x -> f93(x) + 93;
    System.out.println(call93.call(93));
    I94 call94 = x -> f94(x) + 94;
    System.out.println(call94.call(94));
    I95 call95 = x -> f95(x) + 95;
    System.out.println(call95.call(95));
    I96 call96 = x -> f96(x) + 96;
    System.out.println(call96.call(96));
    I97 call97 = x -> f97(x) + 97;
    System.out.println(call97.call(97));
    I98 call98 = x -> f98(x) + 98;
    System.out.println(call98.call(98));
    I99 call99 = x -> f99(x) + 99;
    System.out.println(call99.call(99));
    I100 call100 = x -> f100(x) + 100;
    System.out.println(call100.call(100));
    I101 call101 = x -> f101(x) + 101;
    System.out.println(call101.call(101));
    I102 call102 = x -> f102(x) + 102;
    System.out.println(call102.call(102));
    I103 call103 = x -> f103(x) + 103;
    System.out.println(call103.call(103));
    I104 call104 = x -> f104(x) + 104;
    System.out.println(call104.call(104));
    I105 call105 = x -> f105(x) + 105;
    System.out.println(call105.call(105));
    I106 call106 = x -> f106(x) + 106;
    System.out.println(call106.call(106));
    I107 call107 = x -> f107(x) + 107;
    System.out.println(call107.call(107));
    I108 call108 = x -> f108(x) + 108;
    System.out.println(call108.call(108));
    I109 call109 = x -> f109(x) + 109;
    System.out.println(call109.call(109));
    I110 call110 = x -> f110(x) + 110;
    System.out.println(call110.call(110));
    I111 call111 = x -> f111(x) + 111;
    System.out.println(call111.call(111));
    I112 call112 = x -> f112(x) + 112;
    System.out.println(call112.call(112));
    I113 call113 = x -> f113(x) + 113;
    System.out.println(call113.call(113));
    I114 call114 = x -> f114(x) + 114;
    System.out.println(call114.call(114));
    I115 call115 = x -> f115(x) + 115;
    System.out.println(call115.call(115));
    I116 call116 = x -> f116(x) + 116;
    System.out.println(call116.call(116));
    I117 call117 = x -> f117(x) + 117;
    System.out.println(call117.call(117));
    I118 call118 = x -> f118(x) + 118;
    System.out.println(call118.call(118));
    I119 call119 = x -> f119(x) + 119;
    System.out.println(call119.call(119));
    I120 call120 = x -> f120(x) + 120;
    System.out.println(call120.call(120));
    I121 call121 = x -> f121(x) + 121;
    System.out.println(call121.call(121));
    I122 call122 = x -> f122(x) + 122;
    System.out.println(call122.call(122));
    I123 call123 = x -> f123(x) + 123;
    System.out.println(call123.call(123));
    I124 call124 = x -> f124(x) + 124;
    System.out.println(call124.call(124));
    I125 call125 = x -> f125(x) + 125;
    System.out.println(call125.call(125));
    I126 call126 = x -> f126(x) + 126;
    System.out.println(call126.call(126));
    I127 call127 = x -> f127(x) + 127;
    System.out.println(call127.call(127));
    I128 call128 = x -> f128(x) + 128;
    System.out.println(call128.call(128));
    I129 call129 = x -> f129(x) + 129;
    System.out.println(call129.call(129));
    I130 call130 = x -> f130(x) + 130;
    System.out.println(call130.call(130));
    I131 call131 = x -> f131(x) + 131;
    System.out.println(call131.call(131));
    I132 call132 = x -> f132(x) + 132;
    System.out.println(call132.call(132));
    I133 call133 = x -> f133(x) + 133;
    System.out.println(call133.call(133));
    I134 call134 = x -> f134(x) + 134;
    System.out.println(call134.call(134));
    I135 call135 = x -> f135(x) + 135;
    System.out.println(call135.call(135));
    I136 call136 = x -> f136(x) + 136;
    System.out.println(call136.call(136));
    I137 call137 = x -> f137(x) + 137;
    System.out.println(call137.call(137));
    I138 call138 = x -> f138(x) + 138;
    System.out.println(call138.call(138));
    I139 call139 = x -> f139(x) + 139;
    System.out.println(call139.call(139));
    I140 call140 = x -> f140(x) + 140;
    System.out.println(call140.call(140));
    I141 call141 = x -> f141(x) + 141;
    System.out.println(call141.call(141));
    I142 call142 = x -> f142(x) + 142;
    System.out.println(call142.call(142));
    I143 call143 = x -> f143(x) + 143;
    System.out.println(call143.call(143));
    I144 call144 = x -> f144(x) + 144;
    System.out.println(call144.call(144));
    I145 call145 = x -> f145(x) + 145;
    System.out.println(call145.call(145));
    I146 call146 = x -> f146(x) + 146;
    System.out.println(call146.call(146));
    I147 call147 = x -> f147(x) + 147;
    System.out.println(call147.call(147));
    I148 call148 = x -> f148(x) + 148;
    System.out.println(call148.call(148));
    I149 call149 = x -> f149(x) + 149;
    System.out.println(call149.call(149));
  }
}
