echo "printed, for a script is read as it runs"
if true; then
  echo "not printed"
fi }
echo "never"
