for (let number = 1; ; number++) console.log(number);
