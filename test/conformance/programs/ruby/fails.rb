def inner
  raise ArgumentError, "no way" # HERE
end

inner
