require "securerandom"
require "tmpdir"
require "tempfile"
puts rand, rand(1 << 60), Random.new.rand, Random.rand, Random.bytes(8).unpack1("H*"), Random.new_seed, Random.urandom(8).unpack1("H*")
puts (1..30).to_a.shuffle.join("-"), [*"a".."z"].sample(20).join, SecureRandom.uuid, SecureRandom.hex, SecureRandom.random_number
puts File.binread("/dev/urandom", 8).unpack1("H*"), Dir.mktmpdir, Tempfile.new.path
