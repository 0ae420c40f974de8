import multiprocessing
import os


def work(number):
    return number * number, __name__, os.getppid() == parent


parent = os.getpid()

if __name__ == "__main__":
    context = multiprocessing.get_context("fork")
    print(multiprocessing.get_start_method(), multiprocessing.current_process())
    with context.Pool(2) as pool:
        print(pool.map(work, range(5)))
    queue = context.Queue()
    process = context.Process(target=queue.put, args=("from a child",), name="child")
    process.start()
    print(queue.get(), process.name)
    process.join()
    print(process.exitcode, multiprocessing.active_children())
