module Lazy; VALUE = __FILE__; end
