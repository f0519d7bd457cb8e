//! The program (for now only `lab`).
use clap::Parser;

#[derive(Parser)]
struct Program {
    #[command(subcommand)]
    what: What,
}
#[derive(clap::Subcommand)]
enum What {
    Lab(solidgreen::cli::lab::LabArgs),
}
fn main() -> std::process::ExitCode {
    let What::Lab(args) = Program::parse().what;
    solidgreen::cli::lab::run(args, &solidgreen::profile::Profile::shipped())
}
