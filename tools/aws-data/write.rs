//! Writes the tables of services and condition keys: `write PACKAGE_FOLDER DATA_FOLDER`. `generate.py` calls it.

use ica_policy::aws::package::Tables;
use std::error::Error;
use std::fs;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(package), Some(out)) = (arguments.next(), arguments.next()) else {
        return Err("usage: write PACKAGE_FOLDER DATA_FOLDER".into());
    };
    let (package, out) = (Path::new(&package), Path::new(&out));
    let read =
        |name: &str| fs::read_to_string(package.join(name)).map_err(|error| error.to_string());
    let tables = Tables::read(read)?;
    let services = out.join("services");
    if services.exists() {
        fs::remove_dir_all(&services)?;
    }
    fs::create_dir_all(&services)?;
    for table in &tables.services {
        fs::write(services.join(format!("{}.txt", table.prefix)), &table.text)?;
    }
    fs::write(out.join("services.in"), tables.list())?;
    fs::write(out.join("condition_keys.txt"), &tables.keys)?;
    Ok(())
}
