package io.millrace.it.simulation;

/** The simulation as a program, without JUnit: what the mutations are run against. Ends with 1 when a run goes wrong. */
final class Simulate {

    private Simulate() {}

    public static void main(String[] args) {
        Simulation.keepQuiet();
        Simulation simulation = new Simulation();
        long first = Long.getLong("millrace.simulation.first", 1);
        int seeds = Integer.getInteger("millrace.simulation.seeds", 1_000);
        simulation.run(first, seeds).ifPresent(failure -> {
            System.out.println("caught by seed " + failure.scenario().seed() + ": " + failure.violation());
            if (Boolean.getBoolean("millrace.simulation.shrink")) {
                System.out.println(Shrinking.shortest(failure).describe());
            }
            System.exit(1);
        });
        System.out.println(simulation.summary());
    }
}
