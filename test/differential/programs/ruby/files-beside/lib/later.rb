p :later, __FILE__
