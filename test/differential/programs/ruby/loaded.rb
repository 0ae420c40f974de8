# What is loaded, and where things are looked for.
puts $LOADED_FEATURES, $LOAD_PATH
p $LOADED_FEATURES.size, $LOAD_PATH.size
p Object.constants.sort.size, Object.constants.sort - [:DATA], Gem.loaded_specs.keys.sort, Gem::VERSION
p global_variables.sort, ENV.to_h, Gem.path, Gem.user_dir, Dir.home
p require("set"), require("json"), require("thread"), require("enumerator.so"), require("nothing") rescue p $!.class, $!.message
p $LOADED_FEATURES.last(3)
p autoload?(:Nothing), Signal.list.size, Encoding.list.size
