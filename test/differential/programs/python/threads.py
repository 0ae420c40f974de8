import os
import threading
import sys

print(threading.current_thread().name, threading.main_thread() is threading.current_thread(), threading.active_count())
print(threading.get_native_id() == os.getpid(), threading.main_thread().native_id == os.getpid(), threading.stack_size())
lock = threading.Lock()
total = 0


def add():
    global total
    for _ in range(1000):
        with lock:
            total += 1


threads = [threading.Thread(target=add, name=f"adder-{number}") for number in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(total, [thread.name for thread in threads], len(threading.enumerate()))
