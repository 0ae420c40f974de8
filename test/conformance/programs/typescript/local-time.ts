function two(number: number): string {
  return String(number).padStart(2, "0");
}

const epoch: Date = new Date(0);
const day = `${epoch.getFullYear()}-${two(epoch.getMonth() + 1)}-${two(epoch.getDate())}`;
console.log(`${day} ${two(epoch.getHours())}:${two(epoch.getMinutes())}:${two(epoch.getSeconds())}`);
console.log(Math.floor(Date.now() / 1000));
