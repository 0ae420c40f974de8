import asyncio
import signal


async def main():
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, print, "a signal")
    signal.raise_signal(signal.SIGUSR1)
    process = await asyncio.create_subprocess_exec("/bin/cat", stdin=-1, stdout=-1)
    print(await process.communicate(b"through cat"), process.returncode)
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), open(0, "rb"))
    print(await reader.read(), await loop.run_in_executor(None, sum, range(10)))
    print(type(loop).__name__, await asyncio.gather(*(asyncio.sleep(0.001, number) for number in range(5))))
    await asyncio.wait_for(asyncio.Event().wait(), 0.001)


asyncio.run(main())
