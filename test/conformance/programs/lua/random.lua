print(math.random())
