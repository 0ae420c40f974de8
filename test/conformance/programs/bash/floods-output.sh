for ((number = 1; ; number++)); do echo "$number"; done
