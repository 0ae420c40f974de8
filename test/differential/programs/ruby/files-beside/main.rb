require_relative "lib/helper"
require "./lib/other"
load "lib/loaded.rb"
p Helper.place, Other.new.place, $loaded, $LOADED_FEATURES.last(2), Dir.glob("**/*").sort, File.read("data.txt"), __dir__
$LOAD_PATH.unshift __dir__ + "/lib"
p require("later"), require("later"), autoload(:Lazy, "./lib/lazy.rb"), Lazy::VALUE
p Dir.pwd, Dir.chdir("lib") { Dir.pwd }, File.exist?("thread.rb")
Dir.chdir("/tmp")
p require_relative("lib/helper"), File.expand_path("x")
raise Helper::Odd
