for (let number: number = 1; ; number++) console.log(number);
