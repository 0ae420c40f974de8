setTimeout(() => console.log("slept"), 401);
