package lib.deep;

public interface Constants { String NAME = "deep"; }
