printf 'echo %s\r\n' one two > windows.sh
. ./windows.sh | od -c
printf '\xef\xbb\xbfecho marked\n' > marked.sh
bash marked.sh
printf '\x7fELF\0\0' > binary.sh
bash binary.sh
echo $?
