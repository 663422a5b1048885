package io.millrace.it;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;

/** The rules of the house, as docs/architecture.md states them. */
@AnalyzeClasses(packages = "io.millrace", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {

    @ArchTest
    static final ArchRule DEPENDENCIES_POINT_UPWARDS_IN_THE_MODULE_TABLE = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("checkpoint")
            .definedBy("io.millrace.checkpoint..")
            .layer("projections")
            .definedBy("io.millrace.projections..")
            .layer("batching")
            .definedBy("io.millrace.batching..")
            .layer("sql")
            .definedBy("io.millrace.sql..")
            .layer("eventstore")
            .definedBy("io.millrace.eventstore..")
            .layer("cost")
            .definedBy("io.millrace.cost..")
            .layer("embedded")
            .definedBy("io.millrace.embedded..")
            .layer("examples")
            .definedBy("io.millrace.examples..")
            .layer("service")
            .definedBy("io.millrace.service..")
            .whereLayer("checkpoint")
            .mayNotAccessAnyLayer()
            .whereLayer("projections")
            .mayOnlyAccessLayers("checkpoint")
            .whereLayer("batching")
            .mayOnlyAccessLayers("checkpoint", "projections")
            .whereLayer("sql")
            .mayOnlyAccessLayers("checkpoint", "projections", "batching")
            .whereLayer("eventstore")
            .mayOnlyAccessLayers("checkpoint", "projections")
            .whereLayer("cost")
            .mayOnlyAccessLayers("checkpoint", "projections", "batching", "sql")
            .whereLayer("embedded")
            .mayNotAccessAnyLayer()
            .whereLayer("examples")
            .mayOnlyAccessLayers("checkpoint", "projections")
            .whereLayer("service")
            .mayNotBeAccessedByAnyLayer();

    @ArchTest
    static final ArchRule ONLY_EVENTSTORE_AND_EMBEDDED_KNOW_GRPC_AND_THE_CLIENT = noClasses()
            .that()
            .resideOutsideOfPackages("io.millrace.eventstore..", "io.millrace.embedded..", "io.millrace.it..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.grpc..", "com.eventstore..", "com.google.protobuf..");

    @ArchTest
    static final ArchRule ONLY_SQL_KNOWS_JDBC = noClasses()
            .that()
            .resideOutsideOfPackages("io.millrace.sql..", "io.millrace.it..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.sql..", "javax.sql..", "org.postgresql..", "com.zaxxer..");

    @ArchTest
    static final ArchRule PACKAGES_HAVE_NO_CYCLES =
            slices().matching("io.millrace.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule INTERNAL_PACKAGES_STAY_IN_THEIR_MODULE = ArchRuleDefinition.classes()
            .that(resideInAnInternalPackage())
            .should(onlyBeUsedFromTheirOwnModule())
            .allowEmptyShould(true);

    private static DescribedPredicate<JavaClass> resideInAnInternalPackage() {
        return DescribedPredicate.describe(
                "reside in an internal package", type -> type.getPackageName().contains(".internal"));
    }

    private static ArchCondition<JavaClass> onlyBeUsedFromTheirOwnModule() {
        return new ArchCondition<>("only be used from their own module") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                type.getDirectDependenciesToSelf().stream()
                        .filter(dependency ->
                                !module(dependency.getOriginClass()).equals(module(type)))
                        .forEach(dependency ->
                                events.add(SimpleConditionEvent.violated(type, dependency.getDescription())));
            }
        };
    }

    /** io.millrace.sql.internal.Plan → sql. */
    private static String module(JavaClass type) {
        String[] parts = type.getPackageName().split("\\.", -1);
        return parts.length > 2 ? parts[2] : "";
    }
}
