import os
import signal
import time


def wait():
    time.sleep(5)


signal.signal(signal.SIGALRM, lambda number, frame: os.kill(os.getpid(), signal.SIGINT))
signal.setitimer(signal.ITIMER_REAL, 0.01)
wait()
