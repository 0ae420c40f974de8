import sys
import threading


def down(depth):
    # By way of map: each level takes a piece of the C stack.
    return 0 if depth == 0 else 1 + max(map(down, [depth - 1]))


def nest():
    try:
        down(sys.getrecursionlimit())
    except RecursionError as error:
        print(error)
    sys.setrecursionlimit(1_000_000)
    print(threading.current_thread().name, down(16_000))
    sys.setrecursionlimit(1_000)


nest()
thread = threading.Thread(target=nest, name="a thread")
thread.start()
thread.join()
