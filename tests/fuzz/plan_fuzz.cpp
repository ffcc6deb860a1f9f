// From any state of the host, a run makes it as wanted, and the next has nothing to do. The input
// is the seed of wishes, mishaps and the place where a run breaks off.
#include <cstddef>
#include <cstdint>

#include "check.hpp"
#include "unit/plan/generator.hpp"
#include "unit/plan/model_world.hpp"

using namespace wpns;
using namespace wpns::plan;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::uint32_t seed = 0;
    for (std::size_t i = 0; i < size && i < 4; ++i) seed = seed << 8U | data[i];
    Generator generator(seed);
    World world;
    for (std::size_t round = 4; round < size && round < 12; ++round) {
        const auto desired = generator.desired();
        generator.damage(world);
        const auto broken = make_plan(desired, world.recorded, world.things);
        world.apply(broken, desired, data[round] % (broken.actions.size() + 1));
        world.apply(make_plan(desired, world.recorded, world.things), desired, SIZE_MAX);
        check(make_plan(desired, world.recorded, world.things).actions.empty(),
              "a plan applied twice is a no-op");
        check(world.complaints.empty(), "no step breaks the rules of the host");
    }
    return 0;
}
