taken = []
loop { taken << "x" * (1 << 20) }
