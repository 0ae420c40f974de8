# The libraries that help with mistakes are there.
begin
  [1, 2].frist
rescue NoMethodError => error
  puts error.message
  p DidYouMean::VERSION, ErrorHighlight.respond_to?(:spot)
end
value = nil
value.upcase.downcase
