mod publicness;
