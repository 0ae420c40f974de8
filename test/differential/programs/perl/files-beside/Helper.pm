package Helper;
use Exporter "import";
our @EXPORT_OK = "where";
sub where { join " ", __FILE__, __LINE__, caller }
1;
