import multiprocessing
import sys


def work(number):
    return number * number, __name__, __file__, sys.modules["__main__"].__name__


print("imported as", __name__, sys.argv, flush=True)

if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        print(pool.map(work, range(3)))
    print(multiprocessing.spawn.get_executable(), multiprocessing.spawn.get_command_line()[:1])
