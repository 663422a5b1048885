package io.millrace.it;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The contract suite knows of no server: it needs nothing of ours. */
@AnalyzeClasses(packages = "io.millrace.it.contract")
final class ContractArchitectureTest {
    @ArchTest
    static final ArchRule THE_CONTRACT_STANDS_ALONE = noClasses()
            .should()
            .dependOnClassesThat(DescribedPredicate.describe(
                    "are other classes of Millrace",
                    (JavaClass type) -> type.getPackageName().startsWith("io.millrace.")
                            && !type.getPackageName().equals("io.millrace.it.contract")));
}
