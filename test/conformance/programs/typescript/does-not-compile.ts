console.log("before");
const total: number = = 1; // HERE
console.log(total);
