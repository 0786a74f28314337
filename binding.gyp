# One static library per instruction set, all from native/kernels.cc, and the addon that links them. No flag that lets a
# compiler fuse, reorder or flush: the bits are the product.
{
  'target_defaults': {
    'cflags!': ['-fno-omit-frame-pointer', '-O3'],
    'cflags_cc!': ['-fno-omit-frame-pointer', '-O3'],
    # Nothing unwinds: no exception passes here, and the tables would be a tenth of the addon.
    'cflags_cc': ['-std=c++17', '-O2', '-ffp-contract=off', '-fvisibility=hidden', '-fno-tree-vectorize', '-fno-asynchronous-unwind-tables', '-fno-unwind-tables'],
    'xcode_settings': {
      'CLANG_CXX_LANGUAGE_STANDARD': 'c++17',
      'MACOSX_DEPLOYMENT_TARGET': '11.0',
      'OTHER_CPLUSPLUSFLAGS': ['-O2', '-ffp-contract=off', '-fvisibility=hidden'],
    },
    'default_configuration': 'Release',
  },
  'targets': [
    {
      'target_name': 'kernels_scalar',
      'type': 'static_library',
      'sources': ['native/kernels.cc'],
      'defines': ['ISA=scalar'],
    },
    {
      'target_name': 'sepconv',
      'sources': ['native/addon.cc'],
      'defines': ['NAPI_VERSION=9'],
      'dependencies': ['kernels_scalar'],
      'conditions': [
        ['target_arch == "x64"', {'dependencies': ['kernels_sse2', 'kernels_avx2', 'kernels_avx2fma', 'kernels_avx512', 'kernels_avx512fma']}],
        ['target_arch == "arm64"', {'dependencies': ['kernels_neon', 'kernels_neonfma']}],
        # No library is named, not even libc: any loader that runs Node binds what is missing, musl's too. The pool's
        # threads outlive any environment, so the addon must stay mapped when a worker unloads it.
        ['OS == "linux"', {
          'cflags_cc': ['-ffunction-sections', '-fdata-sections'],
          'ldflags': ['-nostdlib', '-Wl,--gc-sections', '-Wl,-z,nodelete'],
          'libraries': ['-lgcc'],
        }],
      ],
    },
  ],
  'conditions': [
    ['target_arch == "x64"', {
      'targets': [
        {
          'target_name': 'kernels_sse2',
          'type': 'static_library',
          'sources': ['native/kernels.cc'],
          'defines': ['ISA=sse2'],
        },
        {
          'target_name': 'kernels_avx2',
          'type': 'static_library',
          'sources': ['native/kernels.cc'],
          'defines': ['ISA=avx2'],
          'cflags_cc': ['-mavx2'],
          'xcode_settings': {'OTHER_CPLUSPLUSFLAGS': ['-mavx2']},
        },
        {
          'target_name': 'kernels_avx2fma',
          'type': 'static_library',
          'sources': ['native/kernels.cc'],
          'defines': ['ISA=avx2fma'],
          'cflags_cc': ['-mavx2', '-mfma'],
          'xcode_settings': {'OTHER_CPLUSPLUSFLAGS': ['-mavx2', '-mfma']},
        },
        {
          'target_name': 'kernels_avx512',
          'type': 'static_library',
          'sources': ['native/kernels.cc'],
          'defines': ['ISA=avx512'],
          # g++ 12 takes the undefined registers of its own header for ours.
          'cflags_cc': ['-mavx512f', '-mprefer-vector-width=512', '-Wno-maybe-uninitialized'],
          'xcode_settings': {'OTHER_CPLUSPLUSFLAGS': ['-mavx512f']},
        },
        {
          'target_name': 'kernels_avx512fma',
          'type': 'static_library',
          'sources': ['native/kernels.cc'],
          'defines': ['ISA=avx512fma'],
          'cflags_cc': ['-mavx512f', '-mprefer-vector-width=512', '-Wno-maybe-uninitialized'],
          'xcode_settings': {'OTHER_CPLUSPLUSFLAGS': ['-mavx512f']},
        },
      ],
    }],
    ['target_arch == "arm64"', {
      'targets': [
        {
          'target_name': 'kernels_neon',
          'type': 'static_library',
          'sources': ['native/kernels.cc'],
          'defines': ['ISA=neon'],
        },
        {
          'target_name': 'kernels_neonfma',
          'type': 'static_library',
          'sources': ['native/kernels.cc'],
          'defines': ['ISA=neonfma'],
        },
      ],
    }],
  ],
}
