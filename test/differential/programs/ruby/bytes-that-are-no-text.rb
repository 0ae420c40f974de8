p __ENCODING__, "é".valid_encoding?
x = "ÿ"
p x.bytes
