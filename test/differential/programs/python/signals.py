import os
import signal
import time

for number in sorted(signal.valid_signals()):
    print(int(number), signal.getsignal(number))
print(signal.pthread_sigmask(signal.SIG_BLOCK, []), signal.sigpending(), signal.getitimer(signal.ITIMER_REAL))
print(signal.set_wakeup_fd(-1))
signal.signal(signal.SIGUSR1, lambda number, frame: print("caught", number, frame.f_code.co_name, frame.f_lineno))
os.kill(os.getpid(), signal.SIGUSR1)
signal.raise_signal(signal.SIGUSR1)
signal.signal(signal.SIGALRM, lambda number, frame: print("alarm"))
signal.setitimer(signal.ITIMER_REAL, 0.001)
time.sleep(0.05)
print(signal.sigtimedwait([signal.SIGUSR2], 0))
