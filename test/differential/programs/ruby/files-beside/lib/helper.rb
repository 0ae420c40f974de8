module Helper
  Odd = Class.new(RuntimeError)
  def self.place = [__FILE__, __dir__, __LINE__, __method__, $0 == __FILE__, caller_locations.first.path]
end
at_exit { puts "helper's end" }
