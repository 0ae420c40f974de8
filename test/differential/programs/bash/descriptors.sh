for path in /proc/self/fd/*; do
  name=${path##*/}
  link=$(readlink "/proc/$$/fd/$name")
  echo "$name ${link%%:*}"
done
echo /proc/$$/fd/*
for name in 0 1 2 255; do
  [ -e /proc/$$/fdinfo/$name ] && { read -r _ position; read -r _ flags; echo "$name $position $flags"; } < /proc/$$/fdinfo/$name
done
exec {free}< /dev/null
echo $free
