const random: number = Math.random();
console.log(random);
