const { timeZone, locale, numberingSystem } = Intl.DateTimeFormat().resolvedOptions();
console.log(
  timeZone,
  locale,
  numberingSystem,
  new Date(0).toString(),
  new Date(0).getTimezoneOffset(),
  new Date(0).toLocaleString(),
);
process.env.TZ = "America/New_York";
console.log(
  new Date(0).toString(),
  new Intl.NumberFormat("de").format(1234.5),
  "ä".localeCompare("z", "de"),
  "I".toLocaleLowerCase("tr"),
);
console.log([
  "é".normalize("NFD").length,
  new TextDecoder("latin1").decode(Uint8Array.of(233)),
  Intl.supportedValuesOf("calendar").length,
]);
