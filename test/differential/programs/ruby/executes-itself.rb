puts "first #{ENV["ROUND"]}"
$stdout.flush
exit 0 if ENV["ROUND"]
exec({"ROUND" => "2"}, RbConfig.ruby, __FILE__)
