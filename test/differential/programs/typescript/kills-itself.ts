process.kill(process.pid, "SIGTERM");
setInterval((): void => undefined, 1_000);
