# #! no first line for the system
# ! neither
puts __LINE__, DATA.read, DATA.lineno
DATA.rewind
p DATA.gets
__END__
rest
