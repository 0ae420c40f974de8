import copy
import pickle
import pickletools


class Point:
    def __init__(self, x):
        self.x = x


for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
    data = pickle.dumps(Point(protocol), protocol)
    print(data, pickle.loads(data).x, type(pickle.loads(data)) is Point)
pickletools.dis(pickle.dumps(Point(1)))
print(Point, Point.__module__, Point.__qualname__, copy.deepcopy(Point(7)).x)
