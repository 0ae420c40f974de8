const date: Date = new Date(Date.UTC(2024, 1, 29, 12, 34, 56));
console.log(date.toString(), date.toLocaleString(), date.getTimezoneOffset());
console.log(Intl.DateTimeFormat().resolvedOptions(), (1234567.891).toLocaleString(), "ä".localeCompare("z"));
