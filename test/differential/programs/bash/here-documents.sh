name=value
cat <<END
expanded $name $((1 + 1)) $(echo command) \$name
END
cat <<'END'
not expanded $name
END
cat <<-END
	without its tabs
	END
cat <<< "a string $name"
cat <(echo process) <(echo substitution)
tee >(tr a-z A-Z) < /dev/null
wc -c <<< "$(printf '%70000s' x)"
