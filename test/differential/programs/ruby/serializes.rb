Point = Struct.new(:x, :y)
class Plain; attr_accessor :a; end
plain = Plain.new.tap { |it| it.a = Point.new(1, 2) }
p Marshal.load(Marshal.dump(plain)).a, Marshal.dump(plain)
p Comparable.instance_method(:clamp).inspect, plain.inspect.sub(/0x\h+/, ""), Point.new(1, 2).hash == Point.new(1, 2).hash
require "yaml"
puts({ "a" => [1, :b, nil, 2.5], "t" => "é" }.to_yaml)
require "json"
puts JSON.pretty_generate(a: [1, nil], b: "é")
require "digest"
p Digest::SHA256.hexdigest("a"), [1, 2, 3].pack("n*"), Random.new(42).rand, Random.new(1).bytes(4), [1, 2, 3].shuffle(random: Random.new(3))
srand(5)
p rand(100), Random.rand(1.0), Random.seed
