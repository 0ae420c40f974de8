


raise "on the fourth line of #{__FILE__}"
