$loaded = [__FILE__, self.inspect]
