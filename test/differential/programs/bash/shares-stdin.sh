# What one process leaves unread is the next one's.
read -r first
echo "[$first]"
head -c 7
echo
sed -n '1p;$p'
cat
