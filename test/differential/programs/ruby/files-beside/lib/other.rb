class Other; def place = [__FILE__, caller.first]; end
