from threading import Thread

sums = [0] * 4


def work(index):
    sums[index] = sum((index + 1) * k for k in range(1, 1001))


workers = [Thread(target=work, args=(index,)) for index in range(4)]
for worker in workers:
    worker.start()
for worker in workers:
    worker.join()
print(sum(sums))
