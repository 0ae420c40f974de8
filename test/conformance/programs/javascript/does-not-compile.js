console.log("before");
const total = = 1; // HERE
console.log(total);
